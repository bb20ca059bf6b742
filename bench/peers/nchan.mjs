// nginx with Nchan: event streams, and long polls with a cursor in validators.
import { config } from './nginx-config.mjs';

export const name = 'nchan';
export const version = ['dpkg-query', '--show', 'libnginx-mod-nchan'];
export const command = (place, port, workers) => ['nginx', '-e', 'stderr', '-c', place.file('nchan.conf',
  config(place, port, workers, {
    modules: 'load_module /usr/lib/nginx/modules/ngx_nchan_module.so;',
    locations: `
    location / { root ${place.root}; }
    location = /publish { nchan_publisher; nchan_channel_id $arg_topic; nchan_message_buffer_length 1000; nchan_message_timeout 600s; }
    location = /events { nchan_subscriber eventsource; nchan_channel_id $arg_topic; nchan_subscriber_first_message newest; }
    location = /poll { nchan_subscriber longpoll; nchan_channel_id $arg_topic; nchan_subscriber_first_message newest; }`,
  }))];

const publish = { path: '/publish?topic=bench', type: 'text/plain', before: '', after: '' };
export const events = { path: '/events?topic=bench', publish };
export const polls = { path: '/poll?topic=bench', cursor: 'validators', publish };
