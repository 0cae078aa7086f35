package dev.basalt.samples.orders;

import dev.basalt.annotation.Persistent;
import dev.basalt.annotation.Transactional;
import dev.basalt.collections.PersistentArrayList;
import dev.basalt.collections.PersistentHashMap;

/** A small order domain, made persistent by annotations alone; rewritten at build time. */
@Persistent
class Shop {
  private final PersistentHashMap<String, Product> products = new PersistentHashMap<>();
  private final PersistentHashMap<String, Customer> customers = new PersistentHashMap<>();
  private long lastOrderNumber;

  @Persistent
  abstract static class Party {
    protected final String name;

    Party(String name) {
      this.name = name;
    }

    abstract int discountPercent();
  }

  static class Customer extends Party {
    final PersistentArrayList<Order> orders = new PersistentArrayList<>();

    Customer(String name) {
      super(name);
    }

    @Override
    int discountPercent() {
      return orders.size() > 1 ? 10 : 0;
    }
  }

  static class Company extends Customer {
    private final int agreed;

    Company(String name, int agreed) {
      this.agreed = agreed;
      super(name);
    }

    @Override
    int discountPercent() {
      return Math.max(agreed, super.discountPercent());
    }
  }

  @Persistent
  static class Product {
    final String name;
    private long cents;
    int stock;

    Product(String name, long cents, int stock) {
      this.name = name;
      this.cents = cents;
      this.stock = stock;
    }
  }

  @Persistent
  static class Order {
    final long number;
    final Customer customer;
    final PersistentArrayList<Line> lines = new PersistentArrayList<>();

    Order(long number, Customer customer) {
      this.number = number;
      this.customer = customer;
    }

    /** A line knows its order. */
    @Persistent
    class Line {
      final Product product;
      private final int count;

      Line(Product product, int count) {
        this.product = product;
        this.count = count;
      }

      long cents() {
        return product.cents * count * (100 - customer.discountPercent()) / 100;
      }
    }

    long cents() {
      return lines.stream().mapToLong(Line::cents).sum();
    }
  }

  @Transactional
  void stock() {
    products.put("pen", new Product("pen", 150, 10));
    products.put("ink", new Product("ink", 999, 2));
    customers.put("ada", new Customer("ada"));
    customers.put("acme", new Company("acme", 25));
  }

  /** All of the order, or nothing of it. */
  @Transactional
  long order(String customer, String... names) {
    Customer buyer = customers.get(customer);
    Order order = new Order(++lastOrderNumber, buyer);
    buyer.orders.add(order);
    for (String name : names) {
      Product product = products.get(name);
      order.lines.add(order.new Line(product, 1));
      if (--product.stock < 0) {
        throw new IllegalStateException(name + " is out of stock");
      }
    }
    return order.cents();
  }

  @Transactional(readOnly = true)
  String report() {
    return "%d orders, pen %d, ink %d, ada %d, acme %d"
        .formatted(
            lastOrderNumber,
            products.get("pen").stock,
            products.get("ink").stock,
            customers.get("ada").orders.stream().mapToLong(Order::cents).sum(),
            customers.get("acme").orders.stream().mapToLong(Order::cents).sum());
  }
}
