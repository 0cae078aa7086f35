package dev.basalt.samples.cargo;

import dev.basalt.annotation.Persistent;
import java.time.MonthDay;
import java.util.Optional;

/** Who sends, receives and pays: an interface whose implementations are persistent. */
interface Party {
  String name();

  default String displayName() {
    return name().strip();
  }

  @Persistent
  final class Person implements Party {
    private final String first;
    private final String last;
    private final Optional<MonthDay> birthday;
    private char initial;

    Person(String first, String last, Optional<MonthDay> birthday) {
      this.first = first;
      this.last = last;
      this.birthday = birthday;
      this.initial = last.charAt(0);
    }

    @Override
    public String name() {
      return first + " " + initial + last.substring(1) + birthday.map(day -> " *" + day).orElse("");
    }
  }

  @Persistent
  class Company implements Party {
    private final String name;
    private final byte[] seal;
    private Person contact;

    Company(String name, Person contact) {
      this.name = name;
      this.contact = contact;
      this.seal = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public String name() {
      int sum = 0;
      for (byte b : seal) {
        sum += b;
      }
      return name + " (" + contact.name() + ", " + sum + ")";
    }
  }
}
