import { faultRow } from '../../harness.ts';
import { longPause } from '../../long-pause.ts';

faultRow(longPause('server', ['http_504', 'http_503']));
