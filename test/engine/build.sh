#!/bin/sh
# Builds the shim in a layer over the root that goes away with this namespace: build.sh ROOT SOURCES OUTPUT MIRROR SUITE PACKAGES -- RUST PACKAGES
# Crates and objects lie in OUTPUT too, so that a build that was broken off goes on.
set -eu
root=$1 sources=$2 output=$3 mirror=$4 suite=$5
shift 5
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
mount --make-rprivate /
work="$output/layer"
rm -rf "$work"
mkdir -p "$work/upper" "$work/work" "$work/all"
trap 'umount -R "$work/all" 2>/dev/null; rm -rf "$work"' EXIT
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/all"
all="$work/all"
mount -t proc proc "$all/proc"
mount --rbind /dev "$all/dev"
cp /etc/resolv.conf "$all/etc/resolv.conf"
packages='' rust=''
while [ "$1" != -- ]; do packages="$packages $1"; shift; done
shift
rust="$*"
echo "deb $mirror $suite-backports main" >"$all/etc/apt/sources.list.d/backports.list"
chroot "$all" apt-get -o Acquire::Retries=3 update
# shellcheck disable=SC2086
chroot "$all" apt-get -o Acquire::Retries=3 install -y --no-install-recommends $packages
# shellcheck disable=SC2086
chroot "$all" apt-get -o Acquire::Retries=3 install -y --no-install-recommends -t "$suite-backports" $rust
# Crates come by TLS: this machine's own certificates, which may hold one that Debian's do not.
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$all/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$all/build" "$all/out"
cp -r "$sources/." "$all/build"
mount --bind "$output" "$all/out"
library=$(chroot "$all" dirname "$(chroot "$all" find /usr/lib -name libwasmedge.so | head -n 1)")
nice chroot "$all" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/out/home CARGO_HOME=/out/cargo CARGO_TARGET_DIR=/out/target \
  CARGO_HTTP_CAINFO=/etc/ssl/certs/ca-certificates.crt ${HTTPS_PROXY:+HTTPS_PROXY="$HTTPS_PROXY"} WASMEDGE_INCLUDE_DIR=/usr/include WASMEDGE_LIB_DIR="$library" \
  cargo build --release --locked --manifest-path /build/Cargo.toml
