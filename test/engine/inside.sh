#!/bin/sh
# The engine's first process: inside.sh ROOT RUN BRIDGE SUBNET REGISTRY FOLDERS..., in a mount and a process namespace of its own. When its standard input
# ends, or it is killed, the namespace and all that runs in it end, daemonized shims and containers too.
set -eu
root=$1 run=$2 bridge=$3 subnet=$4 registry=$5
shift 5
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
else
  # Where a machine has both hierarchies, only the older one: crun refuses a mixture.
  mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
  grep ' cgroup ' /proc/self/mounts | while read -r _ at _ options _; do
    controllers=$(basename "$at")
    mkdir "$root/sys/fs/cgroup/$controllers"
    mount --bind "$at" "$root/sys/fs/cgroup/$controllers"
  done
fi
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/engine" "$root/var/lib/docker" "$root/var/lib/containerd" "$root/etc/docker" "$root/old"
mount --bind "$run" "$root/run/engine"
mount -t tmpfs tmpfs "$root/etc/docker"
cp "$run/daemon.json" "$root/etc/docker/daemon.json"
cp /etc/resolv.conf "$root/run/resolv.conf" && mount --bind "$root/run/resolv.conf" "$root/etc/resolv.conf"
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || mount --bind /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
# Binds of tests name folders of the machine: they are found at the same places inside.
for folder in "$@"; do
  mkdir -p "$root$folder"
  mount --rbind "$folder" "$root$folder"
done
cd "$root"
pivot_root . old
umount -l /old
export PATH=/run/engine/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run LC_ALL=C
ip link add "$bridge" type bridge
ip address add "$subnet" dev "$bridge"
ip link set "$bridge" up
exec /usr/bin/tini -s -- /bin/sh -eu -c '
  cat >/run/registry.yml <<EOF
version: 0.1
storage: {filesystem: {rootdirectory: /run/engine/registry}, delete: {enabled: true}}
http: {addr: "$1"}
EOF
  docker-registry serve /run/registry.yml >/run/engine/registry.log 2>&1 &
  while :; do
    # A daemon that a test ended comes back, as a system would restart it.
    dockerd --pidfile /run/docker.pid --host unix:///run/engine/socket/docker.sock --data-root /run/engine/docker --exec-root /run/docker-exec >>/run/engine/dockerd.log 2>&1 || true
    sleep 1
  done &
  cat >/dev/null
  exit 0
' sh "$registry"
