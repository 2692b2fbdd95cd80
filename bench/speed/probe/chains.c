/* How fast a processor computes and copies: chains THREADS prints a line of JSON.
 *
 * Products and sums in twelve independent chains keep all units busy, at each width of vectors that the machine has. A chain
 * of products of integers that wait for each other, three cycles each, tells the clock. memcpy tells the bandwidth.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 7, MOST = 256, BYTES = 64 << 20 };

static volatile float sink;
static volatile uint64_t whole;

#define WIDTH(bits)                                                                       \
  typedef float v##bits __attribute__((vector_size(bits / 8)));                           \
  __attribute__((noinline)) static double flops##bits(long n, char *memory) {             \
    (void)memory;                                                                         \
    v##bits a[CHAINS], m, c;                                                              \
    for (int i = 0; i < bits / 32; i++) m[i] = 0.999f + sink * 0, c[i] = 0.001f;          \
    for (int k = 0; k < CHAINS; k++) a[k] = m * (float)k;                                 \
    for (long i = 0; i < n; i++)                                                          \
      for (int k = 0; k < CHAINS; k++) a[k] = a[k] * m + c;                               \
    for (int k = 1; k < CHAINS; k++) a[0] += a[k];                                        \
    sink = a[0][0];                                                                       \
    return 2.0 * CHAINS * (bits / 32) * n;                                                \
  }

WIDTH(128)
#ifdef __AVX__
WIDTH(256)
#endif
#ifdef __AVX512F__
WIDTH(512)
#endif

__attribute__((noinline)) static double cycles(long n, char *memory) {
  (void)memory;
  uint64_t x = whole | 3;
  for (long i = 0; i < n; i++) {
    x *= x;
    __asm__ volatile("" : "+r"(x));
  }
  whole = x;
  return 3.0 * n;
}

__attribute__((noinline)) static double copied(long n, char *memory) {
  for (long i = 0; i < n; i++) {
    memcpy(memory, memory + BYTES, BYTES);
    __asm__ volatile("" : : "r"(memory) : "memory");
  }
  return 2.0 * BYTES * n;
}

typedef double (*Work)(long, char *);
struct Task {
  Work work;
  long n;
  char *memory;
  double rate;
};
static pthread_barrier_t barrier;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *run(void *given) {
  struct Task *task = given;
  pthread_barrier_wait(&barrier);
  double start = now();
  double done = task->work(task->n, task->memory);
  task->rate = done / (now() - start);
  return NULL;
}

/* The best of several rounds in which all threads compute at once, in units of 10^9 a second, all threads together. */
static double best(Work work, long n, int threads, char **memory) {
  double most = 0;
  for (int round = 0; round < ROUNDS; round++) {
    pthread_t ids[MOST];
    struct Task tasks[MOST];
    double sum = 0;
    pthread_barrier_init(&barrier, NULL, threads);
    for (int i = 0; i < threads; i++) {
      tasks[i] = (struct Task){work, n, memory[i], 0};
      pthread_create(&ids[i], NULL, run, &tasks[i]);
    }
    for (int i = 0; i < threads; i++) {
      pthread_join(ids[i], NULL);
      sum += tasks[i].rate;
    }
    pthread_barrier_destroy(&barrier);
    if (sum > most) most = sum;
  }
  return most / 1e9;
}

int main(int count, char **words) {
  int threads = count > 1 ? atoi(words[1]) : 1;
  if (threads < 1 || threads > MOST) return 2;
  char *memory[MOST];
  for (int i = 0; i < threads; i++) {
    memory[i] = malloc(2L * BYTES);
    memset(memory[i], i + 1, 2L * BYTES);
  }
  const long n = 6000000;
  printf("{\"128\":%.1f", best(flops128, n, threads, memory));
#ifdef __AVX__
  printf(",\"256\":%.1f", best(flops256, n, threads, memory));
#endif
#ifdef __AVX512F__
  printf(",\"512\":%.1f", best(flops512, n, threads, memory));
#endif
  printf(",\"clock\":%.2f", best(cycles, 40000000, 1, memory));
  printf(",\"copy\":%.1f}\n", best(copied, 4, threads, memory));
  return 0;
}
