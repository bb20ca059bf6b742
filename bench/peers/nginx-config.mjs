// What nginx and nginx with Nchan have in common.
export const config = (place, port, workers, { modules = '', locations }) => `
${modules}
daemon off;
${process.getuid() === 0 ? 'user root;\n' : ''}worker_processes ${workers};
worker_rlimit_nofile ${20_000};
pid ${place.folder}/nginx.pid;
error_log ${place.folder}/nginx-error.log crit;
events { worker_connections 65536; use epoll; multi_accept on; }
http {
  access_log off;
  default_type application/octet-stream;
  sendfile off;
  http2_chunk_size 16k;
  output_buffers 4 64k;
  tcp_nodelay on;
  open_file_cache max=20000 inactive=600s;
  open_file_cache_valid 600s;
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  http2_max_concurrent_streams 256;
  client_body_temp_path ${place.folder}/nginx-body;
  proxy_temp_path ${place.folder}/nginx-proxy;
  fastcgi_temp_path ${place.folder}/nginx-fastcgi;
  uwsgi_temp_path ${place.folder}/nginx-uwsgi;
  scgi_temp_path ${place.folder}/nginx-scgi;
  server {
    listen 127.0.0.1:${port} ssl http2 backlog=4096;
    ssl_certificate ${place.cert};
    ssl_certificate_key ${place.key};
    ssl_protocols TLSv1.3;
    ssl_session_tickets on;
    ${locations}
  }
}
`;
