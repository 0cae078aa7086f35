package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Fields of every value type, in a class that the agent has rewritten. */
class ValuesIT {
  enum Grade {
    LOW,
    HIGH {
      @Override
      public String toString() {
        return "high";
      }
    }
  }

  record Note(String text, Sheet about) {}

  @Persistent
  static class Sheet {
    private int[] numbers = {1, 2, 3};
    private String[][] table = {{"a"}, {"b", "c"}};
    private Grade grade = Grade.HIGH;
    private Note note = new Note("about itself", this);
    private Optional<LocalDate> due = Optional.of(LocalDate.EPOCH);
    private BigDecimal price = new BigDecimal("9.90");
    private Object[] stack = new Object[2];
    private int depth;

    /** As {@code java.util} does it: what is assigned is used on. */
    void push(Object value) {
      Object[] now = stack;
      if (depth == now.length) {
        now = grow();
      }
      now[depth++] = value;
    }

    private Object[] grow() {
      return stack = Arrays.copyOf(stack, 2 * stack.length);
    }
  }

  @Test
  void valuesComeBack(@TestPool PoolUnderTest handle) {
    Pool pool = handle.pool();
    Sheet sheet = pool.root("sheet", Sheet.class, Sheet::new);
    pool.update(
        () -> {
          sheet.numbers[1]++;
          sheet.table[1][0] += "!";
          for (int i = 0; i < 9; i++) {
            sheet.push("value " + i);
          }
        });
    Sheet found = handle.reopen().root("sheet", Sheet.class).orElseThrow();
    assertThat(found.numbers).containsExactly(1, 3, 3);
    assertThat(found.table[1]).containsExactly("b!", "c");
    assertThat(found.grade).isSameAs(Grade.HIGH);
    assertThat(found.note.about()).isSameAs(found);
    assertThat(found.due).contains(LocalDate.EPOCH);
    assertThat(found.price).isEqualTo("9.90");
    assertThat(found.depth).isEqualTo(9);
    assertThat(found.stack[8]).isEqualTo("value 8");
  }
}
