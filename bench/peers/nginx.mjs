// nginx with its cache of open files, without logs.
import { config } from './nginx-config.mjs';

export const name = 'nginx';
export const version = ['nginx', '-v'];
export const command = (place, port, workers) => ['nginx', '-e', 'stderr', '-c', place.file('nginx.conf',
  config(place, port, workers, { locations: `location / { root ${place.root}; }` }))];
