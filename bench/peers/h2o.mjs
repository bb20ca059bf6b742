// H2O, as Debian builds it. Its logs are off; files come from its own cache of open descriptors. It signs itself: by default each
// handshake waits for a second process that has the key (neverbleed), which no other server here has.
export const name = 'h2o';
export const version = ['h2o', '-v'];
export const command = (place, port, workers) => ['h2o', '-m', 'worker', '-c', place.file('h2o.yaml', `
num-threads: ${workers}
max-connections: 100000
http2-idle-timeout: 600
listen:
  port: ${port}
  host: 127.0.0.1
  ssl:
    certificate-file: ${place.cert}
    key-file: ${place.key}
    minimum-version: TLSv1.2
    neverbleed: OFF
hosts:
  default:
    paths:
      /:
        file.dir: ${place.root}
${process.getuid() === 0 ? 'user: root\n' : ''}`)];
