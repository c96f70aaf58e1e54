import { silenceRow } from '../../silence.ts';

silenceRow(150);
