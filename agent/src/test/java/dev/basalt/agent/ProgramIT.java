package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.agent.started.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of ProgramTest on objects that another JVM has stored; both under the agent. */
class ProgramIT {
  @TempDir private Path folder;

  @Test
  void programsComeToTheSameResultOnObjectsThatAnotherJvmHasStored() throws Exception {
    Map<String, String> right = new TreeMap<>();
    Programs.EXPECTED.keySet().forEach(program -> right.put(program.getSimpleName(), "right"));
    Path pool = folder.resolve("programs.pool");
    List<String> agent = List.of("-javaagent:" + System.getProperty("basalt.agent.jar"));
    assertThat(ChildJvm.run(folder, agent, Programs.class, "store", pool.toString())).isEmpty();
    assertThat(Pool.check(pool).findings()).isEmpty();
    String printed = ChildJvm.run(folder, agent, Programs.class, "run", pool.toString());
    assertThat(ChildJvm.lines(printed)).isEqualTo(right);
    assertThat(Pool.check(pool).findings()).isEmpty();
  }
}
