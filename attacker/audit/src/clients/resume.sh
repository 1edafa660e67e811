# Two sessions of openssl s_client, the second of which would resume the first, with what each is to trust:
# client.sh ADDRESS:PORT FIRST FIRST_CA HOST CA CRL CANARY
at=$1 first=$2 first_ca=$3 host=$4 ca=$5 lists=$6 canary=$7

# ask PATH NAME TRUSTED OPTION FILE
ask() {
    cat "$3" "$lists" > trust.pem
    printf 'GET /%s HTTP/1.0\r\n\r\n' "$1" | openssl s_client -quiet -verify_return_error -verify_hostname "$2" \
        -servername "$2" -CAfile trust.pem -crl_check_all -connect "$at" "$4" "$5"
}

ask '' "$first" "$first_ca" -sess_out session.pem
ask "$canary" "$host" "$ca" -sess_in session.pem
