// nghttpd, the example server of nghttp2. It has no other key exchange than P-256, so it takes no part in rows of handshakes.
export const name = 'nghttpd';
export const version = ['nghttpd', '--version'];
export const group = 'prime256v1';
export const command = (place, port, workers) =>
  ['nghttpd', '-n', String(workers), '-d', place.root, '-a', '127.0.0.1', String(port), place.key, place.cert];
