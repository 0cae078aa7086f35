package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import dev.basalt.object.PersistentObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects of classes that the agent has rewritten live in a pool. */
class PersistenceIT {
  @Persistent
  static class Person {
    private final String name;
    protected int age;
    private double weight = 70.5;
    private boolean member;
    private Person friend;
    private transient int visits = 3;

    Person(String name, int age) {
      this.name = name;
      this.age = age;
    }

    /** An inner class: it refers to its person. */
    @Persistent
    class Badge {
      private char letter = 'x';

      String text() {
        return name + letter;
      }
    }
  }

  static class Employee extends Person {
    private String age = "hides the number";
    private long salary;
    private Badge badge;

    Employee(String name, int age, long salary) {
      this.salary = salary;
      super(name, age);
    }
  }

  /** Not persistent, with state. */
  static class Counter {
    int count = 5;
  }

  @Persistent(withoutSuperclassState = true)
  static class NamedCounter extends Counter {
    String name;
  }

  /** Of a persistent class it is the superclass's business. */
  static class LongCounter extends NamedCounter {
    long more;
  }

  /** Not annotated, with state that persistent classes inherit, and used by itself too. */
  abstract static class Shape {
    protected String label;
    int corners;

    Shape(String label, int corners) {
      this.label = label;
      this.corners = corners;
    }

    void grow() {
      corners++;
    }
  }

  /** In between, without state. */
  abstract static class Flat extends Shape {
    Flat(String label, int corners) {
      super(label, corners);
    }
  }

  @Persistent
  static class Polygon extends Flat {
    private Shape inside;

    Polygon(String label, int corners) {
      super(label, corners);
    }
  }

  @TestPool private PoolUnderTest handle;
  private Pool pool;

  @BeforeEach
  void open() {
    pool = handle.pool();
  }

  private void reopen() {
    pool = handle.reopen();
  }

  @Test
  void classesAreRewritten() {
    assertThat(new Person("Ada", 36)).isInstanceOf(PersistentObject.class);
    assertThat(Pool.isPersistent(new Person("Ada", 36))).isFalse();
  }

  @Test
  void stateOfASuperclassThatIsNotAnnotatedIsStored() {
    Polygon square = new Polygon("square", 3);
    square.grow();
    square.inside = new Polygon("triangle", 3);
    pool.putRoot("polygon", square);
    reopen();
    Polygon found = pool.root("polygon", Polygon.class).orElseThrow();
    assertThat(found.label).isEqualTo("square");
    assertThat(found.corners).isEqualTo(4);
    Shape inside = found.inside;
    assertThat(inside.label).isEqualTo("triangle");
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      inside.grow();
                      inside.label = "lost";
                      throw new IllegalStateException("aborts");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(inside.label + inside.corners).isEqualTo("triangle3");
    pool.update(inside::grow);
    reopen();
    assertThat(pool.root("polygon", Polygon.class).orElseThrow().inside.corners).isEqualTo(4);
  }

  @Test
  void stateOfASuperclassThatIsAcceptedToBeLostIsWhatItsConstructorMakes() {
    LongCounter counter = new LongCounter();
    counter.count = 77;
    counter.name = "stored";
    counter.more = 1L << 40;
    pool.putRoot("counter", counter);
    assertThat(counter.count).as("the object in hand keeps it").isEqualTo(77);
    reopen();
    LongCounter found = pool.root("counter", LongCounter.class).orElseThrow();
    assertThat(found.name).isEqualTo("stored");
    assertThat(found.more).isEqualTo(1L << 40);
    assertThat(found.count).isEqualTo(5);
  }

  @Test
  void storedObjectsAreThereAfterReopening() {
    Employee ada = new Employee("Ada", 36, 1000);
    ada.badge = ada.new Badge();
    ((Person) ada).friend = new Person("Grace", 85);
    pool.putRoot("ada", ada);
    pool.update(
        () -> {
          ada.salary += 500;
          ((Person) ada).age++;
          ((Person) ada).friend.member = true;
          ((Person) ada).friend.friend = ada;
        });
    reopen();
    Employee found = pool.root("ada", Employee.class).orElseThrow();
    assertThat(found).isNotSameAs(ada);
    Person person = found;
    assertThat(person.name).isEqualTo("Ada");
    assertThat(person.age).isEqualTo(37);
    assertThat(found.age).isEqualTo("hides the number");
    assertThat(person.weight).isEqualTo(70.5);
    assertThat(person.member).isFalse();
    assertThat(found.salary).isEqualTo(1500);
    assertThat(found.badge.text()).isEqualTo("Adax");
    assertThat(person.friend.name).isEqualTo("Grace");
    assertThat(person.friend.member).isTrue();
    assertThat(person.friend.friend).isSameAs(found);
  }

  @Test
  void transientFieldsOfAHandleHaveTheirDefaultValue() {
    Person ada = new Person("Ada", 36);
    pool.putRoot("ada", ada);
    assertThat(ada.visits).isEqualTo(3);
    reopen();
    assertThat(pool.root("ada", Person.class).orElseThrow().visits).isZero();
  }

  @Test
  void abortedUpdateMakesItsObjectsPlainAgain() {
    Person grace = new Person("Grace", 85);
    Person ada = new Person("Ada", 36);
    pool.putRoot("ada", ada);
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      ada.friend = grace;
                      assertThat(Pool.isPersistent(grace)).isTrue();
                      grace.age = 0;
                      grace.friend = ada;
                      ada.age = 99;
                      throw new IllegalStateException("abort");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("abort");
    assertThat(ada.friend).isNull();
    assertThat(ada.age).isEqualTo(36);
    assertThat(Pool.isPersistent(ada)).isTrue();
    assertThat(Pool.isPersistent(grace)).isFalse();
    assertThat(grace.age).isEqualTo(85);
    assertThat(grace.name).isEqualTo("Grace");
    assertThat(grace.friend).isNull();
    pool.update(() -> ada.friend = grace);
    reopen();
    assertThat(pool.root("ada", Person.class).orElseThrow().friend.age).isEqualTo(85);
  }

  @Test
  void constructorInsideAnUpdateMayStoreTheObjectThatItMakes() {
    Person ada = new Person("Ada", 36);
    pool.putRoot("ada", ada);
    pool.update(
        () -> {
          Person eve =
              new Person("Eve", 1) {
                {
                  ada.friend = this;
                  age = 2;
                }
              };
          assertThat(Pool.isPersistent(eve)).isTrue();
        });
    assertThat(ada.friend.age).isEqualTo(2);
  }

  @Test
  void manyThreadsSeeOneHandle() throws Exception {
    Person ada = new Person("Ada", 0);
    pool.putRoot("ada", ada);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int j = 0; j < 100; j++) {
                  pool.update(() -> pool.root("ada", Person.class).orElseThrow().age++);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(ada.age).isEqualTo(800);
    assertThat(pool.root("ada", Person.class)).containsSame(ada);
  }
}
