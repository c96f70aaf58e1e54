import { faultRow } from '../../harness.ts';
import { longPause } from '../../long-pause.ts';
import { CLOSED_MEANWHILE } from '../../pauses.ts';

faultRow(longPause('loadgen', ['timeout', CLOSED_MEANWHILE]));
