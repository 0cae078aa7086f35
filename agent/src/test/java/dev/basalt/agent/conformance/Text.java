package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;

/** Strings of all kinds, in switches and concatenations, and values behind {@code Object}. */
public final class Text implements Member<Text.Page> {
  @Persistent
  public static class Page {
    String title = "";
    String body = "Stra\u00dfe \u4e2d\ud83d\ude00 \u0000end";
    CharSequence sequence = "sequence";
    Object any = 1.5;
    Comparable<?> comparable = 'c';
  }

  @Override
  public Page make() {
    return new Page();
  }

  @Override
  public void run(Page page, Trace trace) {
    trace.add(page.title.isEmpty(), page.body.length(), page.body.codePointCount(0, 13));
    for (int i = 0; i < 12; i++) {
      page.title += i + page.title;
    }
    trace.add(page.title.length(), page.title.hashCode());
    page.title =
        switch (page.title.substring(0, 2)) {
          case "11" -> "eleven";
          case "ab" -> "letters";
          default -> page.title.substring(0, 2);
        };
    trace.add(page.title, page.body.indexOf('\u0000'), page.body);
    page.body = null;
    trace.add("null as " + page.body, page.body + page.title);
    trace.addThrown(() -> trace.add(page.body.length()));
    for (Object value : new Object[] {"short", 1, 2L, 3f, 4d, (byte) 5, (short) 6, '7', true}) {
      page.any = value;
      trace.add(page.any, page.any.getClass().getSimpleName(), page.any.equals(value));
    }
    page.comparable = page.sequence.toString();
    trace.add(page.comparable, page.sequence.length());
  }
}
