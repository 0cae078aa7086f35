#!/usr/bin/env bash
# Power cuts of a virtual machine with an ordinary ext4 disk, or with persistent memory.
#
#   tools/power-cut/run.sh [ROUNDS] [SEED]            no update that was reported durable is lost
#   tools/power-cut/run.sh --planted [ROUNDS] [SEED]  a medium that does not sync must be found out
#   tools/power-cut/run.sh --dax [ROUNDS] [SEED]      the first on an emulated NVDIMM with ext4 -o dax=always
#   tools/power-cut/run.sh --dax-tests CLASSPATH      tests of commit, recovery and checkpoint on that NVDIMM
#   tools/power-cut/run.sh --figures                  what a commit takes on each medium of the machine
#
# Killing the machine does not lose what is in a processor's cache: that a missing write-back would be found is shown
# by DaxCrashTest. Wants the compiled modules (./mvnw -DskipTests package); ./mvnw -Ppower-cut verify does the first two,
# ./mvnw -Pdax verify the third and fourth. Installs with apt-get what is missing: qemu, busybox; downloads a kernel and unpacks it.
# Everything made lies in tools/power-cut/target. Where that cannot be done it says so; with --dax it is then skipped.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
work=$PWD/target
mode=disk
case ${1:-} in --*) mode=${1#--}; shift ;; esac
case $mode in disk | planted | dax | dax-tests | figures) ;; *) echo "power-cut: unknown option --$mode"; exit 2 ;; esac
if [ "$mode" = dax-tests ] && [ -z "${1:-}" ]; then echo "power-cut: the tests' class path is missing"; exit 2; fi
rounds=${1:-20}
seed=${2:-$RANDOM}
mkdir -p "$work"

say() { echo "power-cut: $*"; }

# A machine that cannot have qemu is no fault of the project's.
skip() {
  say "SKIPPED: $*"
  case $mode in dax*) exit 0 ;; *) exit 2 ;; esac
}

java_home=${JAVA_HOME:-}
for home in "$java_home" "${JAVA25_HOME:-}" /usr/lib/jvm/*25*; do
  if [ -n "$home" ] && [ -x "$home/bin/jlink" ] && grep -q 'JAVA_VERSION="2[5-9]' "$home/release"; then java_home=$home; break; fi
done
[ -x "$java_home/bin/jlink" ] || skip "no JDK 25 with jlink found; set JAVA_HOME"

install_programs() {
  local missing=()
  command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
  command -v busybox >/dev/null && busybox --help | grep -q modprobe || missing+=(busybox-static)
  command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs)
  command -v cpio >/dev/null || missing+=(cpio)
  command -v depmod >/dev/null || missing+=(kmod)
  if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]}"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
      || skip "${missing[*]} cannot be installed"
  fi
}

unpack_kernel() {
  [ -d "$work/kernel" ] && return
  local package
  package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
  [ -n "$package" ] || skip "apt knows no linux-image-cloud-amd64"
  say "downloading $package"
  (cd "$work" && apt-get download -qq "$package" 2>/dev/null && dpkg -x "$package"_*.deb kernel.new && mv kernel.new kernel) \
    || skip "$package cannot be downloaded"
}

# Copies the shared libraries that the programs of a folder need.
copy_libraries() {
  find "$1" -type f \( -perm -u+x -o -name '*.so' \) -exec ldd {} + 2>/dev/null \
    | grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
      case $library in "$1"*) continue ;; esac
      mkdir -p "$work/initramfs$(dirname "$library")"
      cp -L "$library" "$work/initramfs$library"
    done
}

make_initramfs() {
  local fs=$work/initramfs version module
  rm -rf "$fs"
  mkdir -p "$fs"/{bin,proc,sys,dev,mnt,tmp,app}
  cp "$(command -v busybox)" "$fs/bin/busybox"
  cp init "$fs/init"
  chmod +x "$fs/init"
  version=$(ls "$work/kernel/lib/modules")
  mkdir -p "$fs/lib/modules/$version"
  cp "$work/kernel/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$fs/lib/modules/$version/"
  for module in drivers/virtio drivers/block/virtio_blk.ko drivers/block/loop.ko drivers/nvdimm drivers/acpi/nfit drivers/dax fs/ext4 fs/jbd2 fs/mbcache.ko lib crypto arch/x86/crypto; do
    [ -e "$work/kernel/lib/modules/$version/kernel/$module" ] || continue
    mkdir -p "$fs/lib/modules/$version/kernel/$(dirname $module)"
    cp -r "$work/kernel/lib/modules/$version/kernel/$module" "$fs/lib/modules/$version/kernel/$(dirname $module)/"
  done
  depmod -b "$fs" "$version"
  if ! grep -qs jdk.nio.mapmode "$work/jre/release"; then
    rm -rf "$work/jre"
    "$java_home/bin/jlink" --add-modules java.base,java.logging,java.management,jdk.jfr,jdk.nio.mapmode,jdk.unsupported --strip-debug --no-man-pages \
      --no-header-files --output "$work/jre"
  fi
  cp -r "$work/jre" "$fs/jre"
  copy_libraries "$fs/jre"
  mkdir "$fs/sbin"
  cp -L "$(command -v mkfs.ext4)" "$fs/sbin/mkfs.ext4"
  copy_libraries "$fs/sbin"
  cp -r "$root/runtime/target/classes" "$root/runtime/target/test-classes" "$fs/app/"
  cp "$root"/annotations/target/*.jar "$fs/app/"
  cp "$root"/samples/target/lib/{caffeine,slf4j-api,jspecify}*.jar "$fs/app/" 2>/dev/null \
    || find ~/.m2/repository \( -name "caffeine-3*.jar" -o -name "slf4j-api-2*.jar" -o -name "jspecify-1*.jar" \) -exec cp {} "$fs/app/" \;
}

# The jars that the tests run with.
copy_test_jars() {
  local jar
  for jar in ${1//:/ }; do
    case $jar in *.jar) cp "$jar" "$work/initramfs/app/" ;; esac
  done
}

install_programs
unpack_kernel
make_initramfs
[ "$mode" != dax-tests ] || copy_test_jars "$1"
(cd "$work/initramfs" && find . | cpio -o -H newc --quiet | gzip -1 > "$work/initramfs.gz")

# The host does not crash, so its cache may keep what the machine has written: only the guest's memory is lost.
machine=(qemu-system-x86_64 -cpu max -nographic -no-reboot -net none
  -kernel "$work/kernel/boot/"vmlinuz-* -initrd "$work/initramfs.gz"
  -append "console=ttyS0 quiet panic=-1 basalt.$mode")
make_disk() {
  rm -f "$work/disk.img"
  truncate -s 512M "$work/disk.img"
  mkfs.ext4 -q "$work/disk.img"
  machine+=(-drive "file=$work/disk.img,format=raw,if=virtio,cache=unsafe")
}
make_nvdimm() {
  rm -f "$work/nvdimm.img"
  truncate -s 512M "$work/nvdimm.img"
  machine+=(-machine "pc,accel=tcg,nvdimm=on" -m "1536M,slots=4,maxmem=4G"
    -object "memory-backend-file,id=m1,share=on,mem-path=$work/nvdimm.img,size=512M" -device nvdimm,memdev=m1,id=nv1)
}
make_devices() {
  local device
  for device in 2 3; do
    rm -f "$work/nvdimm$device.img"
    truncate -s 128M "$work/nvdimm$device.img"
    machine+=(-object "memory-backend-file,id=m$device,share=on,mem-path=$work/nvdimm$device.img,size=128M"
      -device "nvdimm,memdev=m$device,id=nv$device")
  done
}
case $mode in
  disk | planted) machine+=(-machine accel=tcg -m 1G); make_disk ;;
  dax) make_nvdimm ;;
  dax-tests) make_nvdimm; make_devices ;;
  figures) make_nvdimm; make_disk ;;
esac

run() {
  "$java_home/bin/java" -cp "$root/runtime/target/test-classes" dev.basalt.crash.PowerCutHost "$rounds" "$seed" "${machine[@]}"
}

case $mode in
  disk | dax) run ;;
  dax-tests | figures)
    timeout 1500 "${machine[@]}" </dev/null | tee "$work/$mode.txt" | grep --line-buffered -a "^BASALT" || true
    grep -qa "^BASALT passed" "$work/$mode.txt" || { tail -40 "$work/$mode.txt"; exit 1; } ;;
  planted)
    if run > "$work/planted.txt" 2>&1; then
      cat "$work/planted.txt"
      say "a medium that does not sync was NOT found out"
      exit 1
    fi
    grep -m1 'AssertionError' "$work/planted.txt" || { cat "$work/planted.txt"; exit 1; }
    grep -q -e 'was reported durable, found' -e 'BASALT broken' -e 'AssertionError: ' "$work/planted.txt"
    say "a medium that does not sync was found out" ;;
esac
