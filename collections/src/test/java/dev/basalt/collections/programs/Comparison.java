package dev.basalt.collections.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.collections.programs.Model.Group;
import dev.basalt.collections.programs.Model.Node;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.WeakItem;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares all that can be reached from the roots of a pool with its {@link Model}. */
final class Comparison {
  private final Pool pool;
  private final Model model;
  private final Map<Long, Object> found = new HashMap<>();
  private final ArrayDeque<Long> toDo = new ArrayDeque<>();

  private Comparison(Pool pool, Model model) {
    this.pool = pool;
    this.model = model;
  }

  static String name(long length) {
    return length == 0 ? null : "n".repeat((int) length);
  }

  static byte[] data(long length) {
    byte[] data = new byte[(int) length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (length + i);
    }
    return data;
  }

  /**
   * Compares.
   *
   * @return how many weak fields lead to what no root leads to
   * @throws AssertionError if the pool is not as the model has it
   */
  static long of(Pool pool, Model model) {
    return pool.view(new Comparison(pool, model)::run);
  }

  private long run() {
    assertThat(Program.ops(pool)).isEqualTo(model.ops());
    for (long number : Model.roots()) {
      meet(number, pool.root(Program.root(number), Object.class).orElse(null));
    }
    while (!toDo.isEmpty()) {
      long number = toDo.remove();
      switch (model.thing(number)) {
        case Node node -> compare(number, node, (WeakItem) found.get(number));
        case Group group -> compare(group, found.get(number));
      }
    }
    long left = 0;
    for (Map.Entry<Long, Object> entry : found.entrySet()) {
      if (model.thing(entry.getKey()) instanceof Node node) {
        left += compareWeak(node, ((WeakItem) entry.getValue()).weakObject());
      }
    }
    return left;
  }

  /** The object is the thing with this number; the same one wherever it is met. */
  private void meet(long number, Object object) {
    if (number == 0) {
      assertThat(object).isNull();
      return;
    }
    assertThat(object).as("thing %d", number).isNotNull();
    Object before = found.putIfAbsent(number, object);
    if (before == null) {
      toDo.add(number);
    } else {
      assertThat(object == before).as("thing %d is one object", number).isTrue();
    }
  }

  private void compare(long number, Node node, WeakItem item) {
    assertThat(item.number()).isEqualTo(number);
    assertThat(item.name()).isEqualTo(name(node.nameLength));
    meet(node.fields[Model.NEXT], item.next());
    meet(node.fields[Model.OTHER], item.other());
    if (node.dataLength > 0) {
      assertThat((byte[]) item.value()).isEqualTo(data(node.dataLength));
    } else {
      meet(node.fields[Model.VALUE], Things.at(item, Model.VALUE));
    }
  }

  private void compare(Group group, Object object) {
    if (group.kind.isMap()) {
      TreeMap<Long, Object> entries = Things.entries(object);
      assertThat(entries.keySet()).isEqualTo(group.entries.keySet());
      group.entries.forEach((key, number) -> meet(number, entries.get(key)));
      return;
    }
    List<Object> row = Things.row(object);
    assertThat(row).hasSize(group.row.size());
    Iterator<Object> objects = row.iterator();
    group.row.forEach(number -> meet(number, objects.next()));
  }

  private long compareWeak(Node node, Object target) {
    if (found.containsKey(node.weak)) {
      assertThat(target == found.get(node.weak)).as("weak field to %d", node.weak).isTrue();
      return 0;
    }
    if (node.weak == 0) {
      assertThat(target).isNull();
    }
    if (target == null) {
      return 0;
    }
    if (target instanceof Item item) {
      assertThat(item.number()).isEqualTo(node.weak);
    }
    return 1;
  }
}
