package dev.basalt.crash;

import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import dev.basalt.medium.MediumAttributes;
import java.lang.foreign.MemorySegment;

/** A medium through which a test makes the engine above it wrong; by itself it changes nothing. */
public class PlantedMedium implements Medium {
  private final Medium target;

  public PlantedMedium(Medium target) {
    this.target = target;
  }

  @Override
  public String name() {
    return target.name();
  }

  @Override
  public MediumAttributes attributes() {
    return target.attributes();
  }

  @Override
  public long size() {
    return target.size();
  }

  @Override
  public void read(long offset, MemorySegment segment) {
    target.read(offset, segment);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    target.write(offset, source);
  }

  @Override
  public void sync() {
    target.sync();
  }

  @Override
  public void occupy(long lengthBytes) {
    target.occupy(lengthBytes);
  }

  @Override
  public void checkIntact() {
    target.checkIntact();
  }

  @Override
  public void grow(long newSizeBytes) {
    target.grow(newSizeBytes);
  }

  @Override
  public boolean shrink(long newSizeBytes) {
    return target.shrink(newSizeBytes);
  }

  @Override
  public boolean discard(long offset, long lengthBytes) {
    return target.discard(offset, lengthBytes);
  }

  @Override
  public void allocate(long offset, long lengthBytes) {
    target.allocate(offset, lengthBytes);
  }

  @Override
  public Mapping mapPrivate(long lengthBytes) {
    return target.mapPrivate(lengthBytes);
  }

  @Override
  public Mapping mapShared(long offset, long lengthBytes) {
    return target.mapShared(offset, lengthBytes);
  }

  @Override
  public boolean isDax() {
    return target.isDax();
  }

  @Override
  public Mapping mapSynchronous(long offset, long lengthBytes) {
    return target.mapSynchronous(offset, lengthBytes);
  }

  @Override
  public void force(long offset, long lengthBytes) {
    target.force(offset, lengthBytes);
  }

  @Override
  public void beforeStores(long offset, long lengthBytes) {
    target.beforeStores(offset, lengthBytes);
  }

  @Override
  public void close() {
    target.close();
  }
}
