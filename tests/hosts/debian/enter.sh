#!/bin/bash
# The first program in a session's namespaces (mount, pid, network): mounts what the session shall
# see, then becomes keeper.py inside the root. All mounts end with the session.
# enter.sh ROOT CHECKOUT EXCHANGE HOME USER USER_ID
set -euo pipefail
root=$1 checkout=$2 exchange=$3 home=$4 user=$5 user_id=$6

mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root" # a root serves many sessions: none may change it
mount -t proc proc "$root/proc"
mount --bind /sys "$root/sys"
mount -o remount,bind,ro "$root/sys"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,mode=620,ptmxmode=666 devpts "$root/dev/pts"
for folder in tmp var/tmp run; do
    mount -t tmpfs -o mode=1777 tmpfs "$root/$folder"
done
install -d -m 1777 "$root/tmp/.X11-unix"
install -d -m 755 "$root/run/user"
install -d -m 700 -o "$user_id" -g "$user_id" "$root/run/user/$user_id"
mount --bind "$checkout" "$root/checkout"
mount -o remount,bind,ro "$root/checkout"
mount --bind "$exchange" "$root/exchange"
mount --bind "$home" "$root/home/$user"
exec chroot "$root" /usr/bin/python3 -I /checkout/tests/hosts/debian/keeper.py
