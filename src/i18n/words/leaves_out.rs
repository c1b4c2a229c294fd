//! What the model leaves out: the one list of its simplifications.

use crate::base::Language;

phrases! {
    leaves_out_intro {
        ko: "이 실험실은 Flink를 흉내 내는 결정적 시뮬레이터입니다. 규칙은 실제 Flink 1.20과 2.3의 코드와 실행 기록을 따르지만, 아래는 줄였거나 뺐습니다.";
        en: "The lab is a deterministic simulator of Flink. Its rules follow the code and recorded runs of real Flink 1.20 and 2.3; what follows is simplified or left out."
    }
    lo_time { ko: "시간"; en: "Time" }
    lo_time_latency { ko: "배포, 네트워크, 스냅샷에 걸리는 시간은 모델이 정한 값입니다. 실제 시간은 기계마다 다릅니다."; en: "How long deploying, the network and snapshots take is the model's choice; real times differ from machine to machine." }
    lo_time_logs { ko: "로그 줄 안의 시각은 잡을 제출한 뒤 지난 밀리초입니다. 잡과 시도의 ID는 시드로 만들었습니다."; en: "Timestamps inside log lines count milliseconds since submission. Ids of jobs and attempts are made from the seed." }
    lo_time_random { ko: "무작위는 첫 트리거 시점, 재시작 지연의 흔들림, ID, 그리고 아래에 적은 경합 두 가지뿐이며 시드로 정해집니다."; en: "Only the first trigger, the jitter of restart delays, ids and the two races named below are random; the seed decides them." }
    lo_time_deploy { ko: "한 잡의 서브태스크는 늘 같은 순서로 200 µs 간격을 두고 배포됩니다."; en: "A job's subtasks are deployed in a fixed order, 200 µs apart." }
    lo_cluster { ko: "클러스터"; en: "Cluster" }
    lo_cluster_deaths { ko: "TaskManager의 죽음은 JobMaster의 하트비트로만 알려집니다. 따로 도는 ResourceManager의 하트비트는 없습니다. 클러스터의 나이는 잡의 나이와 같습니다."; en: "A TaskManager's death is noticed by the JobMaster's heartbeats; the ResourceManager has none of its own. The cluster is as old as the job." }
    lo_cluster_slots { ko: "빈 슬롯이 여럿이면 Flink는 순서를 약속하지 않습니다. 여기서는 전에 쓰던 슬롯, 그다음 번호가 작은 TaskManager를 고릅니다."; en: "Which of several free slots is taken Flink does not promise: here the previous one, then that of the TaskManager with the lowest number." }
    lo_cluster_scheduler { ko: "기본 스케줄러만 있습니다. Adaptive Scheduler, 슬롯 공유 그룹, 배치 실행이 없습니다."; en: "Only the default scheduler: no adaptive scheduler, no slot sharing groups, no batch execution." }
    lo_cluster_credits { ko: "크레딧은 버퍼가 비는 순간 상류에 알려집니다. 덜 찬 채 내보낸 버퍼에는 레코드가 더 담기지 않습니다."; en: "A credit reaches the sender at the moment a buffer is free; a buffer that was flushed half-full is not filled further." }
    lo_cluster_memory { ko: "힙 메모리, GC, CPU 경쟁은 다루지 않습니다."; en: "Heap, garbage collection and contention for CPUs are left out." }
    lo_checkpoints { ko: "체크포인트와 상태"; en: "Checkpoints and state" }
    lo_cp_race { ko: "Flink 2.3에서 태스크가 하나인 잡은 스케줄러를 켜는 두 통지가 겹쳐 첫 체크포인트가 한 번 또는 두 번 시작됩니다. 어느 쪽인지는 시드가 정합니다."; en: "On Flink 2.3 two notices start the scheduler of a one-task job at once, so it begins with one first checkpoint or two. The seed decides which." }
    lo_cp_slip { ko: "상태가 없는 PyFlink 잡은 예외가 난 뒤 태스크가 실패하기까지의 틈에 0바이트 체크포인트가 완료될 때가 있습니다. 기록한 실행에서는 여덟 번에 한 번쯤이었고, 모델은 그 비율로 시드에 따라 보여 줍니다."; en: "In a PyFlink job without state a checkpoint of 0 bytes can still complete between the exception and the task's failure. About one in eight recorded failures did; the model shows it as often, by seed." }
    lo_cp_unaligned { ko: "비정렬 체크포인트의 전송 중 데이터는 서브태스크마다 따로 씁니다. 실제 Flink는 서브태스크 다섯까지 한 파일을 나눠 쓰며 서로를 기다립니다. 체인지로그가 없습니다."; en: "Each subtask writes its in-flight data to a file of its own; in Flink up to five share one and wait for each other. No changelog." }
    lo_cp_savepoints { ko: "세이브포인트로 다른 잡을 시작하는 것은 시나리오 파일로만 됩니다. 브로드캐스트 상태가 없습니다."; en: "Only a scenario file can start another job from a savepoint. There is no broadcast state." }
    lo_cp_backend { ko: "상태 백엔드는 hashmap뿐입니다. RocksDB와 증분 체크포인트, ForSt, 로컬 복구가 없습니다."; en: "The hashmap state backend only: no RocksDB, no incremental checkpoints, no ForSt, no local recovery." }
    lo_cp_sizes { ko: "상태의 크기는 모델이 어림한 값입니다. 실제 바이트 수는 직렬화기에 따라 다릅니다."; en: "Sizes of state are the model's estimate; real ones depend on the serializers." }
    lo_cp_storage { ko: "저장소의 시간은 요청당, MiB당 정해진 값입니다. 응답하지 않는 저장소는 라이브러리의 재시도 없이 곧바로 실패합니다."; en: "A storage costs a fixed time for each request and each MiB. One that does not answer fails at once, without a library's retries." }
    lo_jobs { ko: "잡"; en: "Jobs" }
    lo_jobs_operators { ko: "소스, 함수, 윈도우, 싱크로 된 잡만 다룹니다. 조인과 두 입력을 받는 함수가 없습니다. 소스는 모두 다시 읽을 수 있고, JobManager에 스플릿 배정자를 두지 않습니다."; en: "Jobs of sources, functions, windows and sinks: no joins and no functions of two inputs. Every source can be read again, and none has a split enumerator on the JobManager." }
    lo_jobs_windows { ko: "윈도우는 이벤트 시간의 텀블링, 슬라이딩, 세션뿐입니다. 사용자 트리거와 이빅터, 처리 시간 윈도우, 워터마크 정렬, 상태 TTL이 없고, 주기적 워터마크는 늘 200 ms마다 나옵니다."; en: "Windows are tumbling, sliding or session windows over event time: no custom triggers or evictors, no processing-time windows, no watermark alignment, no state TTL; periodic watermarks come every 200 ms." }
    lo_jobs_timers { ko: "복원 뒤 같은 키 그룹 안의 타이머는 저장 전의 순서로 발동합니다. Flink는 해시 맵의 순서를 따릅니다. PyFlink에서 타이머를 발동한 워터마크는 그 번들이 끝난 뒤에 나아갑니다."; en: "After a restore, timers of one key group fire in the order before it; Flink takes that of a hash map. In PyFlink a watermark that fires timers goes on when their bundle is done." }
    lo_jobs_sinks {
        ko: "싱크의 저장소는 모델입니다. 요청에는 시간이 걸리지 않고, 토픽의 파티션은 하나이며, 커미터는 재시도하지 않습니다. 스냅샷에서 시작한 잡은 빈 저장소로 시작합니다. 로그 소스는 오프셋이 있는 파티션만 흉내 냅니다.";
        en: "Sinks' stores are models: requests take no time, a topic has one partition, committers do not retry, and a job that is started from a snapshot begins with empty stores. The log source imitates partitions with offsets, nothing more."
    }
    lo_jobs_python { ko: "Python 함수는 실제로 실행되지 않고 같은 일을 하는 작은 프로그램으로 바뀌어 돕니다."; en: "No Python is executed: a small program that does the same runs in its place." }
    lo_jobs_workers { ko: "Python 함수마다 워커가 하나씩 있습니다. 실제 Flink는 이웃한 함수를 한 워커로 묶습니다."; en: "Every Python function has a worker of its own; real Flink puts neighbouring ones into one." }
    lo_jobs_names { ko: "PyFlink의 key_by가 덧붙이는 오퍼레이터(_stream_key_by_map_operator)는 따로 그리지 않습니다."; en: "The operator that PyFlink's key_by adds (_stream_key_by_map_operator) is not shown on its own." }
    lo_jobs_numbers { ko: "음수로 나눈 나머지, 참·거짓이 아닌 조건, 불리언과 수의 비교는 Python과 다르게 다룹니다."; en: "Remainders by a negative number, conditions that are neither True nor False, and booleans compared with numbers are not treated as in Python." }
    lo_jobs_threads { ko: "태스크 스레드와 체크포인트 잠금은 레코드 경계에서 공평하게 넘어갑니다. 실제 잠금은 굶주릴 수도 있습니다."; en: "The checkpoint lock passes on fairly at record boundaries; the real one can starve a trigger." }
}

/// Topics, each with what is left out of it.
pub fn leaves_out(t: Language) -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        (t.lo_time(), vec![t.lo_time_latency(), t.lo_time_deploy(), t.lo_time_random(), t.lo_time_logs()]),
        (
            t.lo_cluster(),
            vec![
                t.lo_cluster_deaths(),
                t.lo_cluster_slots(),
                t.lo_cluster_scheduler(),
                t.lo_cluster_credits(),
                t.lo_cluster_memory(),
            ],
        ),
        (
            t.lo_checkpoints(),
            vec![
                t.lo_cp_race(),
                t.lo_cp_slip(),
                t.lo_cp_unaligned(),
                t.lo_cp_savepoints(),
                t.lo_cp_backend(),
                t.lo_cp_sizes(),
                t.lo_cp_storage(),
            ],
        ),
        (
            t.lo_jobs(),
            vec![
                t.lo_jobs_operators(),
                t.lo_jobs_windows(),
                t.lo_jobs_timers(),
                t.lo_jobs_sinks(),
                t.lo_jobs_python(),
                t.lo_jobs_workers(),
                t.lo_jobs_names(),
                t.lo_jobs_numbers(),
                t.lo_jobs_threads(),
            ],
        ),
    ]
}
