// Apache httpd with the event MPM and mod_http2, one process.
export const name = 'apache';
export const version = ['apache2', '-v'];
const modules = ['mpm_event', 'authz_core', 'ssl', 'http2', 'socache_shmcb'];
export const command = (place, port) => ['apache2', '-DFOREGROUND', '-f', place.file('apache.conf', `
ServerRoot ${place.folder}
ServerName localhost
PidFile ${place.folder}/apache.pid
DefaultRuntimeDir ${place.folder}
ErrorLog ${place.folder}/apache-error.log
LogLevel error
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${process.getuid() === 0 ? 'User www-data\nGroup www-data\n' : ''}
Listen 127.0.0.1:${port}
Protocols h2
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
MaxKeepAliveRequests 0
KeepAliveTimeout 600
H2MaxSessionStreams 256
SSLEngine on
SSLProtocol TLSv1.3
SSLCertificateFile ${place.cert}
SSLCertificateKeyFile ${place.key}
DocumentRoot ${place.root}
<Directory ${place.root}>
  Require all granted
</Directory>
`)];
