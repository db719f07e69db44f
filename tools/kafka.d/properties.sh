# What a broker is told at its start. Sourced by tools/kafka.
# shellcheck shell=bash

controller_port() { # the one that its voters name; a broker alone takes any that is free
  if [[ -n $voters ]]; then
    sed -E "s/^(.*,)?$id@[^:]*:([0-9]+).*$/\2/" <<<"$voters"
  else
    free_port
  fi
}

write_properties() {
  local controller scheme=PLAINTEXT members=1 replicas=1 in_sync=1
  controller=$(controller_port)
  [[ -z $tls ]] || scheme=SSL
  if [[ -n $voters ]]; then
    members=$(tr ',' '\n' <<<"$voters" | wc -l)
    replicas=$((members < 3 ? members : 3)) in_sync=$((members < 3 ? 1 : 2))
  fi
  cat >"$dir/server.properties" <<END
# Written by tools/kafka at each start.
process.roles=broker,controller
node.id=$id
controller.quorum.voters=${voters:-1@$listen:$controller}
listeners=$scheme://$listen:$port,CONTROLLER://$listen:$controller
advertised.listeners=$scheme://$listen:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=$scheme:$scheme,CONTROLLER:$scheme
inter.broker.listener.name=$scheme
log.dirs=$dir/data
auto.create.topics.enable=false
default.replication.factor=$replicas
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$in_sync
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$in_sync
group.initial.rebalance.delay.ms=0
# Nodes ask for short sessions, so that one that died is missed soon.
group.min.session.timeout.ms=1000
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=8388608
# After a kill the controller waits for the old session of the broker to end.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
END
  if [[ -n $voters ]]; then
    # Ten instead of fifty: three brokers on one machine make each of them thrice.
    printf 'min.insync.replicas=%s\ntransaction.state.log.num.partitions=10\n' "$in_sync"
  fi >>"$dir/server.properties"
  [[ $durable != yes ]] || printf 'log.flush.interval.messages=1\n' >>"$dir/server.properties"
  [[ -z $tls ]] || write_tls
}

# Kafka reads keys as PEM: the certificate and its key in one file. The same certificate speaks for
# the broker towards clients, towards the other brokers and, with tools/kafka, as a client.
write_tls() {
  require_program openssl openssl
  local name=kafka
  [[ ! -f $tls/kafka-$id.crt ]] || name=kafka-$id
  local file
  for file in "$tls/$name.crt" "$tls/$name.key" "$tls/ca.crt"; do
    [[ -r $file ]] || die "$file is missing or cannot be read; make it with: tools/certificates $tls kafka"
  done
  (umask 077 && cat "$tls/$name.key" "$tls/$name.crt" >"$dir/keystore.pem")
  local common
  common="ssl.keystore.type=PEM
ssl.keystore.location=$dir/keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location=$tls/ca.crt"
  printf 'ssl.client.auth=required\n%s\n' "$common" >>"$dir/server.properties"
  printf 'security.protocol=SSL\n%s\n' "$common" >"$dir/client.properties"
}
