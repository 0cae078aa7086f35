package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Loops, labels, exceptions, recursion and local arrays over a graph of objects. */
public final class Flows implements Member<Flows.Node> {
  @Persistent
  public static class Node {
    int id;
    Node left;
    Node right;
    Node parent;
    boolean visited;

    Node(int id, Node parent) {
      this.id = id;
      this.parent = parent;
      if (id < 32) {
        left = new Node(2 * id, this);
        right = new Node(2 * id + 1, this);
      }
    }

    int sum() {
      return id + (left == null ? 0 : left.sum()) + (right == null ? 0 : right.sum());
    }

    Node root() {
      return parent == null ? this : parent.root();
    }
  }

  @Override
  public Node make() {
    return new Node(1, null);
  }

  private static int release(Node node, List<Integer> order) {
    try {
      if (node.visited) {
        throw new IllegalStateException("twice");
      }
      node.visited = true;
      return node.id;
    } catch (IllegalStateException e) {
      return -node.id;
    } finally {
      order.add(node.id);
      node.id += 1000;
    }
  }

  @Override
  public void run(Node root, Trace trace) {
    trace.add(root.sum(), root.left.right.right.root() == root);
    Node[] nodes = new Node[8];
    ArrayDeque<Node> queue = new ArrayDeque<>(List.of(root));
    int count = 0;
    outer:
    while (true) {
      Node node = queue.remove();
      for (Node child : new Node[] {node.left, node.right}) {
        if (child == null) {
          continue outer;
        }
        queue.add(child);
        nodes[count] = child;
        if (++count == nodes.length) {
          break outer;
        }
      }
    }
    List<Integer> order = new ArrayList<>();
    for (Node node : nodes) {
      trace.add(node.id, release(node, order), release(node, order), node.id);
    }
    trace.add(order);
    Node a = root.left;
    root.left = root.right;
    root.right = a;
    a.parent.left.left = null;
    trace.add(root.sum(), root.left.left == null, root.right.right.parent == root.right);
    long sum = 0;
    for (Node at = root; at != null; at = at.visited ? at.right : at.left) {
      sum = sum * 31 + at.id;
    }
    do {
      root.id--;
    } while (root.id > -3);
    trace.add(sum, root.id, nodes[0].id > nodes[1].id ? nodes[0].id : nodes[1].id);
  }
}
