package dev.basalt.tx;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Flight Recorder events of transactions. Nothing of the recorder is touched while nobody uses it:
 * its start takes a quarter of a second.
 */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
final class TransactionEvents {
  private TransactionEvents() {}

  @Name("dev.basalt.Commit")
  @Label("Commit")
  @Category("Basalt")
  @StackTrace(false)
  private static final class Commit extends Event {
    @Label("Pool")
    String pool = "";

    @Label("Log Position")
    long logPosition;
  }

  @Name("dev.basalt.Conflict")
  @Label("Conflict")
  @Category("Basalt")
  private static final class Conflict extends Event {
    @Label("Pool")
    String pool = "";

    @Label("Conflicts of This Update")
    int count;
  }

  @Name("dev.basalt.RunAlone")
  @Label("Update Runs Alone")
  @Category("Basalt")
  private static final class RunAlone extends Event {
    @Label("Pool")
    String pool = "";
  }

  @Name("dev.basalt.SnapshotAge")
  @Label("Oldest Snapshot")
  @Category("Basalt")
  @StackTrace(false)
  private static final class SnapshotAge extends Event {
    @Label("Pool")
    String pool = "";

    @Label("Commit")
    long version;

    @Label("Age")
    @Timespan
    long age;
  }

  static void commit(String pool, long logPosition) {
    if (FlightRecorder.isInitialized()) {
      Commit event = new Commit();
      if (event.isEnabled()) {
        event.pool = pool;
        event.logPosition = logPosition;
        event.commit();
      }
    }
  }

  static void conflict(String pool, int count) {
    if (FlightRecorder.isInitialized()) {
      Conflict event = new Conflict();
      event.pool = pool;
      event.count = count;
      event.commit();
    }
  }

  static void runAlone(String pool) {
    if (FlightRecorder.isInitialized()) {
      RunAlone event = new RunAlone();
      event.pool = pool;
      event.commit();
    }
  }

  static void snapshotAge(String pool, long version, long nanos) {
    if (FlightRecorder.isInitialized()) {
      SnapshotAge event = new SnapshotAge();
      event.pool = pool;
      event.version = version;
      event.age = nanos;
      event.commit();
    }
  }
}
