# Several brokers as one cluster: each is a broker of tools/kafka in a folder of its own, which also
# knows its number and all voters. Sourced by tools/kafka.
# shellcheck shell=bash

member_dir() { printf '%s/broker-%s\n' "$dir" "$1"; }

on_member() { # number command words…: tools/kafka on one of them
  local number=$1 action=$2
  shift 2
  "$project/tools/kafka" --dir "$(member_dir "$number")" "$action" "$@"
}

cluster_size() { sed -n 's/^brokers=//p' "$dir/cluster.conf"; }

chosen_members() { # the one that was named, or all
  if [[ -n $member ]]; then printf '%s\n' "$member"; else seq "$(cluster_size)"; fi
}

# The folders of a new cluster, with everything that its brokers have to agree on.
make_members() {
  [[ ! -e $dir/kafka.conf ]] || die "$dir already belongs to one broker; give the cluster another --dir"
  local number id voters='' first=${port:-9092} controller taken=' ' settings
  cluster=$(new_cluster_id) durable=${durable:-no} heap=${heap:-256} listen=${listen:-127.0.0.1}
  [[ -z $tls ]] || tls=$(realpath -m "$tls")
  check_number '--port with all its brokers' "$((first + brokers - 1))" 1024 65535
  for ((number = 1; number <= brokers; ++number)); do
    controller=$(free_port)
    while [[ $taken == *" $controller "* ]]; do controller=$(free_port); done
    taken+="$controller "
    voters+=${voters:+,}$number@$listen:$controller
  done
  for ((id = 1; id <= brokers; ++id)); do
    settings=$(member_dir "$id")
    mkdir -p "$settings"
    (dir=$settings port=$((first + id - 1)) && save_settings)
  done
  printf 'brokers=%s\n' "$brokers" >"$dir/cluster.conf"
}

cluster_start() {
  require_java
  fetch_jars
  mkdir -p "$dir" 2>/dev/null || die "cannot make the directory $dir"
  exec 7>"$dir/cluster.lock"
  flock 7
  if [[ ! -f $dir/cluster.conf ]]; then
    make_members
  else
    [[ -z $brokers || $brokers == "$(cluster_size)" ]] ||
      die "the cluster of $dir has $(cluster_size) brokers; 'tools/kafka reset' begins anew"
    [[ -z $port || $port == "$(sed -n 's/^port=//p' "$(member_dir 1)/kafka.conf")" ]] ||
      die "the cluster of $dir has ports already, which its brokers know each other by"
    [[ -z $listen || $listen == "$(sed -n 's/^listen=//p' "$(member_dir 1)/kafka.conf")" ]] ||
      die "the cluster of $dir has an address already, which its brokers know each other by"
  fi
  exec 7>&-
  local options=(--quiet) began=$SECONDS number failed=0 starting=()
  [[ -z $durable ]] || options+=("$([[ $durable == yes ]] && echo --durable || echo --no-durable)")
  [[ -z $heap ]] || options+=(--heap "$heap")
  [[ -z $for ]] || options+=(--for "$for")
  [[ -z $tls ]] || options+=(--tls "$tls")
  say "Starting Apache Kafka (${member:+broker $member of }$(cluster_size) brokers) ..."
  for number in $(chosen_members); do # together: more than half must be there before any answers
    on_member "$number" start "${options[@]}" >/dev/null &
    starting+=($!)
  done
  for number in "${starting[@]}"; do wait "$number" || failed=1; done
  ((failed == 0)) || die "not all brokers of $dir started"
  say "Apache Kafka runs ($((SECONDS - began)) s, data in $dir)."
  cluster_address
}

cluster_address() { # kafka://host:port,host:port …
  local number joined=''
  for number in $(seq "$(cluster_size)"); do
    joined+=${joined:+,}$(on_member "$number" address | sed 's,^kafka://,,')
  done
  printf 'kafka://%s\n' "$joined"
}

cluster_status() {
  local number line all=0
  for number in $(chosen_members); do
    line=$(on_member "$number" status) || all=1
    printf 'broker %s: %s\n' "$number" "$line"
  done
  return "$all"
}

cluster_end() { # stop or kill, all at once
  local number options=() failed=0 ending=()
  [[ $quiet == no ]] || options=(--quiet)
  for number in $(chosen_members); do
    if [[ $command == kill && -z $member ]] && ! on_member "$number" status >/dev/null; then continue; fi
    on_member "$number" "$command" ${options[@]+"${options[@]}"} &
    ending+=($!)
  done
  for number in ${ending[@]+"${ending[@]}"}; do wait "$number" || failed=1; done
  return "$failed"
}

cluster_reset() {
  local number
  for number in $(seq "$(cluster_size)"); do on_member "$number" reset --quiet; done
  rm -f -- "$dir"/cluster.{conf,lock}
  rmdir --ignore-fail-on-non-empty -- "$dir"
  say "Deleted what was stored in $dir."
}

do_cluster() {
  if [[ ! -f $dir/cluster.conf ]]; then
    [[ $command == start ]] || die "no cluster in $dir; was it ever started?"
  elif [[ -n $member ]] && ((member > $(cluster_size))); then
    die "the cluster of $dir has $(cluster_size) brokers, so there is no broker $member"
  fi
  case $command in
    start) cluster_start ;;
    stop | kill) cluster_end ;;
    restart) command=stop; cluster_end; cluster_start ;;
    status) cluster_status ;;
    address) cluster_address ;;
    logs) on_member "${member:-1}" logs ${rest[@]+"${rest[@]}"} ;;
    reset) cluster_reset ;;
    tool) on_member "$(first_running)" tool "${rest[@]}" ;;
  esac
}

first_running() {
  local number
  for number in $(seq "$(cluster_size)"); do
    if on_member "$number" status >/dev/null; then printf '%s\n' "$number"; return; fi
  done
  die "no broker of $dir answers"
}
