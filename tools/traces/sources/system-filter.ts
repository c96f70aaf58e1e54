/** Every span of the system carries it; what else the project traces is not even read. */
export const SYSTEM_FILTER = '+service.namespace:shakesapp';
