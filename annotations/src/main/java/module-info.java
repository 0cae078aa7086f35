/** The annotations that a program puts on its own classes, and nothing else. */
module dev.basalt.annotations {
  exports dev.basalt.annotation;
}
