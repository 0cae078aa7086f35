package dev.basalt.collections;

/**
 * The number of a tree's entries: a single leaf's count, or else in cells. Inside a transaction.
 */
final class TreeSize {
  private static final int FIELD = TreeNodes.MAP.offsetOf("cells");

  private final TreeNodes nodes;
  private final SizeCells cells;

  TreeSize(TreeNodes nodes) {
    this.nodes = nodes;
    this.cells = new SizeCells(nodes.structures, nodes.map, FIELD);
  }

  int get() {
    int height = nodes.height();
    if (height <= 1) {
      return height == 0 ? 0 : nodes.countOf(nodes.root());
    }
    return cells.sum();
  }

  /** Counts an entry that comes or goes. */
  void add(int difference) {
    cells.add(difference);
  }

  /** Makes the cells when the only leaf is about to be split. */
  void divide() {
    cells.divide(get());
  }

  /** Drops the cells when there is at most one leaf. */
  void unite() {
    cells.unite();
  }
}
