export default async function run() { return { success: true }; }
