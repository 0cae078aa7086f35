package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Fields of the collection interfaces; a JDK collection that is assigned becomes persistent. */
public final class Containers implements Member<Containers.Shelf> {
  @Persistent
  public static class Book implements Comparable<Book> {
    private final String title;
    private int pages;

    Book(String title, int pages) {
      this.title = title;
      this.pages = pages;
    }

    @Override
    public int compareTo(Book other) {
      return title.compareTo(other.title);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Book book && title.equals(book.title);
    }

    @Override
    public int hashCode() {
      return title.hashCode();
    }

    @Override
    public String toString() {
      return title + " " + pages;
    }
  }

  @Persistent
  public static class Shelf {
    private List<Book> books = new ArrayList<>();
    private final Set<String> tags = new HashSet<>();
    private Map<String, List<Book>> byTag = new HashMap<>();
    private SortedMap<Integer, String> sorted = new TreeMap<>();
    private NavigableMap<Book, Integer> copies = new TreeMap<>();
    private Deque<Integer> stack = new ArrayDeque<>();
    private Queue<String> queue = new ArrayDeque<>();
    private Collection<Book> others = new TreeSet<>();

    void add(Book book, String tag) {
      books.add(book);
      tags.add(tag);
      byTag.computeIfAbsent(tag, key -> new ArrayList<>()).add(book);
      copies.merge(book, 1, Integer::sum);
      sorted.put(book.pages, tag);
      stack.push(book.pages);
      queue.add(book.title);
      others.add(book);
    }
  }

  @Override
  public Shelf make() {
    Shelf shelf = new Shelf();
    shelf.add(new Book("Emma", 400), "novel");
    shelf.add(new Book("Faust", 200), "play");
    return shelf;
  }

  @Override
  public void run(Shelf shelf, Trace trace) {
    Book third = new Book("Dune", 600);
    shelf.add(third, "novel");
    shelf.add(third, "novel");
    trace.add(shelf.books, new TreeSet<>(shelf.tags), shelf.byTag.get("novel"), shelf.copies);
    trace.add(shelf.sorted, shelf.stack, shelf.queue, shelf.others, shelf.sorted.headMap(500));
    third.pages++;
    trace.add(shelf.books.get(2), shelf.copies.firstKey(), shelf.books.get(3) == third);
    for (Iterator<Book> i = shelf.books.iterator(); i.hasNext(); ) {
      if (i.next().pages == 200) {
        i.remove();
      }
    }
    shelf.books.replaceAll(book -> book.pages > 500 ? book : new Book(book.title + "!", 1));
    trace.add(shelf.books, shelf.books.indexOf(third), shelf.books.contains(new Book("Dune", 0)));
    trace.addThrown(() -> shelf.books.get(7));
    trace.addThrown(() -> shelf.queue.add(null));
    trace.addThrown(() -> shelf.copies.lastEntry().setValue(3));
    trace.add(
        shelf.byTag.values().stream()
            .flatMap(List::stream)
            .collect(Collectors.groupingBy(b -> b.pages, TreeMap::new, Collectors.counting())));
    trace.add(shelf.stack.pop(), shelf.stack.peekLast(), shelf.queue.poll(), shelf.queue.size());
    shelf.sorted = new TreeMap<>(Map.of(3, "c", 1, "a"));
    shelf.sorted.put(2, "b");
    trace.add(shelf.sorted, shelf.sorted.tailMap(2).size(), shelf.sorted.lastKey());
    shelf.books = List.of(third);
    trace.add(shelf.books.size(), shelf.books.getFirst() == third);
    shelf.byTag.remove("play").clear();
    trace.add(shelf.byTag.keySet(), shelf.byTag.getOrDefault("play", List.of()).isEmpty());
    trace.add(
        shelf.copies.equals(Map.of(third, 2, new Book("Emma", 0), 1, new Book("Faust", 0), 1)));
  }
}
