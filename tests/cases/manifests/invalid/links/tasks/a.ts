export default async function run() {
  return { success: true, message: process.env.ANCHOR_WHAT };
}
