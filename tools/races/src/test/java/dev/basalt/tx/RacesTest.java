package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs jcstress: short, or with every compilation mode and for minutes in the long form. */
class RacesTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  private static final int TRIES_MORE = 4;

  @TempDir private Path folder;

  /** Runs the tests of a name in processes of their own and returns what jcstress says. */
  private String run(String tests, String mode) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Djava.io.tmpdir=" + folder,
                "org.openjdk.jcstress.Main",
                "-t",
                tests,
                "-m",
                STRESS ? "default" : mode,
                "-jvmArgsPrepend",
                "--enable-native-access=ALL-UNNAMED -Xmx256m"));
    if (!STRESS) {
      command.addAll(
          List.of("-sc", "false", "-af", "NONE", "-time", "300", "-iters", "2", "-f", "1"));
    }
    Path output = folder.resolve("output");
    new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start()
        .waitFor();
    return Files.readString(output);
  }

  @Test
  void noForbiddenOutcomeIsSeen() throws Exception {
    String all =
        "SnapshotRegistration|WordsOfAView|LatestWord|ModelOfPublication|OwnTransactionIsFound"
            + "|FieldsOfAnObjectBeingStored|WordOfANewObject|WeakReaderAndSweep"
            + "|ViewOfACommitPublishedAhead";
    assertThat(run(all, "quick"))
        .contains("Failed tests: No matches", "Error tests: No matches", "9 matching test results");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BrokenByNotAskingAgain",
        "BrokenByNotLookingAgain",
        "BrokenByStampingFirst",
        "BrokenByBindingEarly",
        "BrokenByKeepingLate",
        "BrokenByNotMarking",
        "BrokenByLookingSilently",
        "BrokenByLookingFirst",
        "BrokenByNotWaiting"
      })
  void brokenProtocolIsCaught(String name) throws Exception {
    String output = run(name, "sanity");
    for (int i = 0; i < TRIES_MORE && !output.contains("Observed forbidden state"); i++) {
      output = run(name, "quick"); // a busy machine shows less
    }
    assertThat(output).contains("Failed tests: 1 matching", "Observed forbidden state");
  }
}
