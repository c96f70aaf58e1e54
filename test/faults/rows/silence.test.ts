import { FORM } from '../form.ts';
import { faultRow } from '../harness.ts';
import { silenceRow } from '../silence.ts';

// Five minutes in the full form: long/silence.test.ts.
if (FORM === 'quick') faultRow(silenceRow(6));
