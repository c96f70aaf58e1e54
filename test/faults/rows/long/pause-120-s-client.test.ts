import { faultRow } from '../../harness.ts';
import { longPause } from '../../long-pause.ts';

faultRow(longPause('client', ['timeout']));
