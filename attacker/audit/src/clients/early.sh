# Two sessions of openssl s_client, the second of which resumes the first and says what it has to say before the handshake is
# finished, where the ticket allows for that: client.sh ADDRESS:PORT FIRST FIRST_CA HOST CA CANARY
at=$1 first=$2 first_ca=$3 host=$4 ca=$5 canary=$6

# ask PATH NAME TRUSTED OPTION...
ask() {
    path=$1 name=$2 trusted=$3
    shift 3
    printf 'GET /%s HTTP/1.0\r\n\r\n' "$path" > question.txt
    openssl s_client -quiet -verify_return_error -verify_hostname "$name" -servername "$name" -CAfile "$trusted" \
        -connect "$at" "$@" < question.txt
}

ask '' "$first" "$first_ca" -sess_out session.pem
ask "$canary" "$host" "$ca" -sess_in session.pem -early_data question.txt
