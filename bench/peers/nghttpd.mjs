// nghttpd, the example server of the library that Herald speaks HTTP/2 with.
export const name = 'nghttpd';
export const command = (place, port, workers) =>
  ['nghttpd', '-n', String(workers), '-d', place.root, '-a', '127.0.0.1', String(port), place.key, place.cert];
