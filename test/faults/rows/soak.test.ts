import { faultRow } from '../harness.ts';
import { soakRow } from '../soak.ts';

// 15 minutes in the full form: long/soak.test.ts.
const name = 'after 6 s of half the load that the system sustains, descriptors are as before';
faultRow({ ...soakRow({ name, seconds: 6 }), form: 'quick' });
