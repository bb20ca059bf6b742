// All attacks.
import { all } from './attack.mjs';
import './frames.mjs';
import './clients.mjs';

export const attacks = all;
