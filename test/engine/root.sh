#!/bin/sh
# Makes the engine's Debian root: root.sh FOLDER SUITE MIRROR BASE,PACKAGES LATER PACKAGES... Run in a mount namespace of its own.
set -eu
root=$1 suite=$2 mirror=$3 base=$4
shift 4
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
debootstrap --variant=minbase --include="$base" "$suite" "$root" "$mirror"
# Nothing that is installed may start itself.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get -o Acquire::Retries=3 install -y --no-install-recommends "$@"
# The kernel's older interface needs no modules that a small machine may lack.
chroot "$root" update-alternatives --set iptables /usr/sbin/iptables-legacy
chroot "$root" apt-get clean
umount "$root/proc"
