# Does a broker answer? Sourced by tools/kafka.
# shellcheck shell=bash

listens() { (exec 3<>"/dev/tcp/$listen/$1") 2>/dev/null; }

# Asks for the cluster's metadata (Kafka protocol, Metadata v5 without topics) and succeeds if the
# answer names at least one broker: only then are its partitions served.
answers() { # port
  local reply
  reply=$(if [[ -n $tls ]]; then ask_over_tls "$1"; else ask "$1"; fi 2>/dev/null | od -An -v -tx1 | tr -d ' \n')
  [[ ${#reply} -eq 32 && ${reply:8:8} == 00000001 && ${reply:24:8} != 00000000 ]]
}

metadata_request() { printf '\0\0\0\x0f\0\x03\0\x05\0\0\0\x01\xff\xff\0\0\0\0\0'; }

ask() { # port: the first 16 bytes of the answer
  export -f metadata_request
  # shellcheck disable=SC2016  # expanded by the inner shell
  timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1; metadata_request >&3; head -c 16 <&3' "$listen" "$1"
}

# The connection stays open: nobody waits for it, and it ends by itself.
ask_over_tls() { # port
  head -c 16 < <(metadata_request | timeout 2 openssl s_client -quiet -verify_quiet -verify_return_error \
    -connect "$listen:$1" -CAfile "$tls/ca.crt" -cert "$dir/keystore.pem" -key "$dir/keystore.pem")
}
