package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;

/** Abstract bases, sealed hierarchies, superclasses that are not persistent, hidden fields. */
public final class Inheritance implements Member<Inheritance.Drawing> {
  /** Not persistent and without state. */
  abstract static class Describable {
    abstract String describe();

    @Override
    public String toString() {
      return "<" + describe() + ">";
    }
  }

  @Persistent
  public abstract static sealed class Shape extends Describable permits Circle, Square, Group {
    protected String name;
    int weight = 1;
    static int made;

    protected Shape(String name) {
      this.name = name;
      made++;
    }

    abstract double area();

    @Override
    String describe() {
      return name + " " + area();
    }
  }

  public static final class Circle extends Shape {
    private final double radius;
    protected String name = "hides the other";

    Circle(double radius) {
      super("circle");
      this.radius = radius;
    }

    @Override
    double area() {
      return radius * radius * 3;
    }

    String names() {
      return name + "," + super.name + "," + ((Shape) this).name;
    }
  }

  public static non-sealed class Square extends Shape {
    protected int side;

    Square(int side) {
      super("square");
      this.side = side;
    }

    @Override
    double area() {
      return side * side;
    }
  }

  /** Anonymous subclasses of it are persistent too. */
  public static class Tile extends Square {
    Tile(int side) {
      super(side);
      name += "d";
    }

    @Override
    double area() {
      return super.area() * weight;
    }
  }

  public static final class Group extends Shape {
    Shape first;
    Shape second;

    Group(Shape first, Shape second) {
      super("group");
      this.first = first;
      this.second = second;
    }

    @Override
    double area() {
      return first.area() + second.area();
    }
  }

  /** A root of its own, with fields of the types of the hierarchy. */
  @Persistent
  public static class Drawing {
    Shape top;
    Circle circle;
    Object anything;
  }

  @Override
  public Drawing make() {
    Drawing drawing = new Drawing();
    drawing.circle = new Circle(2);
    drawing.anything = new Tile(3);
    drawing.top = new Group(drawing.circle, new Group(new Square(4), (Shape) drawing.anything));
    return drawing;
  }

  private static String kind(Shape shape) {
    return switch (shape) {
      case Circle c when c.radius > 10 -> "big circle";
      case Circle c -> "circle of " + c.radius;
      case Tile t -> "tile of " + t.side;
      case Square s -> "square of " + s.side;
      case Group g -> kind(g.first) + " and " + kind(g.second);
    };
  }

  @Override
  public void run(Drawing drawing, Trace trace) {
    trace.add(drawing.top, kind(drawing.top), drawing.circle.names());
    Tile tile = (Tile) drawing.anything;
    tile.weight = 5;
    tile.side--;
    trace.add(tile, ((Shape) tile).weight, drawing.top.area());
    drawing.anything = drawing.circle;
    trace.add(drawing.anything == ((Group) drawing.top).first);
    trace.addThrown(() -> trace.add(((Square) drawing.anything).side));
    drawing.anything = "text";
    trace.add(drawing.anything instanceof String s && s.length() == 4);
    trace.add(drawing.top.getClass().getSimpleName(), drawing.top instanceof Group);
    drawing.top =
        new Tile(7) {
          int extra = 2;

          @Override
          double area() {
            return super.area() + extra++;
          }
        };
    trace.add(drawing.top.area(), drawing.top.area(), kind(drawing.top));
  }
}
