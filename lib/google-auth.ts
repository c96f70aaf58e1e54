// Imported with the first token that is fetched: it brings tens of milliseconds of modules to a start.
export { GoogleAuth } from 'google-auth-library';
