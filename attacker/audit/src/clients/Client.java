// The canary, asked for over TLS with Java's own HttpsURLConnection, in its default settings; with --crl against revocation
// lists.
import java.io.FileInputStream;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Client {
    public static void main(String[] arguments) throws Exception {
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", x509.generateCertificate(new FileInputStream(System.getenv("INTERLOCK_CA"))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        if (List.of(arguments).contains("--crl")) {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
            var lists = x509.generateCRLs(new FileInputStream(System.getenv("INTERLOCK_CRL")));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            parameters.setRevocationEnabled(true);
            trust.init(new CertPathTrustManagerParameters(parameters));
        } else {
            trust.init(trusted);
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        String server = System.getenv("INTERLOCK_HOST") + ":" + System.getenv("INTERLOCK_PORT");
        URL url = new URL("https://" + server + "/" + System.getenv("INTERLOCK_CANARY"));
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        connection.getInputStream().transferTo(System.out);
    }
}
