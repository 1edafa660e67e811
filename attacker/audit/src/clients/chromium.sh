# The canary, asked for by Chromium without a window; the anchor stands in a certificate store of this run's home directory.
set -e
mkdir -p .pki/nssdb
certutil -d sql:.pki/nssdb -N --empty-password
certutil -d sql:.pki/nssdb -A -t C,, -n anchor -i "$INTERLOCK_CA"
# Nobody but the audit's servers is asked for anything, so that the sandbox, which root cannot have, guards nothing.
exec chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-breakpad --user-data-dir="$INTERLOCK_DIR/profile" \
    --dump-dom "https://$INTERLOCK_HOST:$INTERLOCK_PORT/$INTERLOCK_CANARY"
