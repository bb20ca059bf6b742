// Caddy, without its admin endpoint and HTTP/3.
export const name = 'caddy';
export const version = ['caddy', 'version'];
export const env = { GOMAXPROCS: '1' };
export const command = (place, port) => ['env', `HOME=${place.folder}`, 'caddy', 'run', '--adapter', 'caddyfile', '--config', place.file('Caddyfile', `{
  admin off
  auto_https off
  log {
    output discard
  }
  servers {
    protocols h1 h2
  }
}
https://localhost:${port}, https://127.0.0.1:${port} {
  bind 127.0.0.1
  tls ${place.cert} ${place.key} {
    protocols tls1.3
  }
  root * ${place.root}
  file_server
}
`)];
