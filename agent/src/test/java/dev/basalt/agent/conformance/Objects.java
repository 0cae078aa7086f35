package dev.basalt.agent.conformance;

import dev.basalt.annotation.OnHandle;
import dev.basalt.annotation.Persistent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What every object can do: equality, clones, locks, serialisation, reflection, transient state.
 */
public final class Objects implements Member<Objects.Money> {
  @Persistent
  public static class Money implements Cloneable, Serializable, Comparable<Money> {
    private static final long serialVersionUID = 1;

    private long cents;
    private String currency;
    private Money change;
    private transient int hash;

    Money(long cents, String currency) {
      this.cents = cents;
      this.currency = currency;
      setUp();
    }

    @OnHandle
    private void setUp() {
      hash = java.util.Objects.hash(cents, currency);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Money money
          && cents == money.cents
          && currency.equals(money.currency);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public String toString() {
      return cents + " " + currency;
    }

    @Override
    public int compareTo(Money other) {
      return Long.compare(cents, other.cents);
    }

    @Override
    public Money clone() {
      try {
        Money clone = (Money) super.clone();
        clone.change = change == null ? null : change.clone();
        return clone;
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    synchronized void add(long more) {
      cents += more;
      synchronized (currency.intern()) {
        cents += Thread.holdsLock(this) ? 1 : 1000;
      }
      setUp();
    }
  }

  @Override
  public Money make() {
    Money money = new Money(500, "EUR");
    money.change = new Money(5, "EUR");
    return money;
  }

  private static Money copy(Money money) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(money);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (Money) in.readObject();
    }
  }

  @Override
  public void run(Money money, Trace trace) throws Exception {
    Money equal = new Money(500, "EUR");
    trace.add(money.equals(equal), equal.equals(money), money.hashCode() == equal.hashCode());
    Map<Money, String> map = new HashMap<>(Map.of(equal, "found"));
    Map<Money, String> identities = new IdentityHashMap<>(Map.of(money.change, "same"));
    trace.add(map.get(money), identities.get(money.change), identities.get(new Money(5, "EUR")));
    money.add(10);
    trace.add(money, map.get(money), new TreeSet<>(List.of(equal, money, money.change)));
    Money clone = money.clone();
    clone.cents = 1;
    clone.change.cents++;
    trace.add(clone, clone.change, money, money.change, clone.getClass() == Money.class);
    Money copy = copy(money);
    trace.add(copy, copy.change, copy.hash, copy.equals(money));
    Field cents = Money.class.getDeclaredField("cents");
    cents.setAccessible(true);
    trace.add(cents.getLong(money), cents.get(money.change));
    cents.setLong(money, 77);
    trace.add(money.cents, money);
    List<Thread> threads = new ArrayList<>();
    money.change.cents = 0;
    Money shared = clone.change;
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofVirtual().start(() -> shared.add(1)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    trace.add(shared.cents);
    trace.addThrown(() -> trace.add(new Money(1, "EUR").change.cents));
  }
}
