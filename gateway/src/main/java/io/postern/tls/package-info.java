/// The certificate that the gateway shows, read, watched and made.
///
/// What comes in: PEM files. What goes out: [javax.net.ssl.SSLEngine]s ready to serve, and how the
/// certificate stands. What never happens here: sockets, SMTP. A certificate that can't be used
/// never replaces one that can. Start reading at [io.postern.tls.LiveCertificate].
@NullMarked
package io.postern.tls;

import org.jspecify.annotations.NullMarked;
