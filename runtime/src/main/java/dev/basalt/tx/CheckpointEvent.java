package dev.basalt.tx;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight Recorder: changed pages were written home and the log was cut. */
@Name("dev.basalt.Checkpoint")
@Label("Checkpoint")
@Category("Basalt")
@StackTrace(false)
final class CheckpointEvent extends Event {
  @Label("Pool")
  String pool = "";

  @Label("Pages Written")
  long pages;

  @Label("Log Cut")
  @DataAmount
  long logBytes;

  static CheckpointEvent begun() {
    CheckpointEvent event = new CheckpointEvent();
    event.begin();
    return event;
  }

  void commit(String name, long pagesWritten, long logCut) {
    pool = name;
    pages = pagesWritten;
    logBytes = logCut;
    commit();
  }
}
