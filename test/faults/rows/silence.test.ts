import { faultRow } from '../harness.ts';
import { silenceRow } from '../silence.ts';

// Five minutes in the full form: long/silence.test.ts.
faultRow({ ...silenceRow(6), form: 'quick' });
