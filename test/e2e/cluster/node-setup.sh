#!/bin/sh
# The first commands inside the node's namespaces: its name, its mounts, its end of the network link.
# NODE_NAME NODE_ADDRESS HOST_ADDRESS ROOT come from node-main.ts.
set -eu
hostname "$NODE_NAME"
mount --make-rshared /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mount --bind "$ROOT/kubelet" /var/lib/kubelet
mount --bind "$ROOT/cni" /var/lib/cni
mkdir -p /run/lock /var/log/containers
ip link set lo up
ip address add "$NODE_ADDRESS/30" dev eth0
ip link set eth0 up
ip route add default via "$HOST_ADDRESS"
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
