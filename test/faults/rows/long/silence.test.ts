import { faultRow } from '../../harness.ts';
import { silenceRow } from '../../silence.ts';

faultRow(silenceRow(150));
