package dev.basalt.recovery;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight Recorder: a pool was opened and its log replayed. */
@Name("dev.basalt.Recovery")
@Label("Recovery")
@Category("Basalt")
@StackTrace(false)
final class RecoveryEvent extends Event {
  @Label("Pool")
  String pool = "";

  @Label("Commits Replayed")
  long commits;

  @Label("Log Read")
  @DataAmount
  long logBytes;

  @Label("Spilled Entries Read")
  @DataAmount
  long spilledBytes;

  @Label("Pages Changed")
  long pages;

  static RecoveryEvent begun() {
    RecoveryEvent event = new RecoveryEvent();
    event.begin();
    return event;
  }

  void commit(String name, RecoveryReport report) {
    pool = name;
    commits = report.commits();
    logBytes = report.logBytes();
    spilledBytes = report.spilledBytes();
    pages = report.pages();
    commit();
  }
}
