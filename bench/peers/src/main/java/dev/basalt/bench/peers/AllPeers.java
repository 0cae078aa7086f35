package dev.basalt.bench.peers;

import dev.basalt.bench.MapContender;
import java.util.List;

/** The stores that a Java program would use instead. */
public final class AllPeers implements MapContender.Peers {
  /** For the service loader. */
  public AllPeers() {}

  @Override
  public List<MapContender.Kind> kinds() {
    return List.of(
        new MapContender.Kind("Chronicle-Map", ChroniclePeer::new),
        new MapContender.Kind("LMDB", LmdbPeer::new),
        new MapContender.Kind("MVStore", MvStorePeer::new),
        new MapContender.Kind("RocksDB", RocksPeer::new),
        new MapContender.Kind("Berkeley-DB-JE", BerkeleyPeer::new));
  }
}
