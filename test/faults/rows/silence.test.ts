import { FORM } from '../form.ts';
import { silenceRow } from '../silence.ts';

// Two minutes in the full form: long/silence.test.ts.
if (FORM === 'quick') silenceRow(12);
